"""Motion: from samples to angles, contacts, steps and strides. Chunk by chunk, without clock, file, thread or screen.

`pipeline` connects the stages of walking and running; `attitude` is its counterpart for drills.
"""
