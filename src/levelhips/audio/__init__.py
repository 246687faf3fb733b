"""Sound: cues and signals as tones, to a sound device or into a WAV file."""
