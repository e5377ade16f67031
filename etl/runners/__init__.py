"""Where loads run. The unit of work is one municipality; every runner calls the same `etl.run.load`."""
