"""Side-by-side measurements: `python -m bench` measures, holds against goals.toml and says what is missed."""
