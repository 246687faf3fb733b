"""The wires of the sensors we know: decoder and encoder of each in one file, pure."""
