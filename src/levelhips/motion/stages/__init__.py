"""The stages of the motion pipeline, in the order of `pipeline.Pipeline`.

Each stage has frozen settings, values derived from them and from the sampling rate, and one private state object that
holds everything it remembers. `push...` takes what is new; `apply_updates` is called at update boundaries only, and
nothing that was learned slowly takes effect anywhere else.
"""
