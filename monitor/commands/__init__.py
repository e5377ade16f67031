"""The verbs of `buurtbeeld`, one function each. Heavy parts are imported by the verb that needs them."""
