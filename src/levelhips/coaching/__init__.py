"""Coaching: from what the pelvis did to what the runner should hear. Pure: no clock, no file, no screen."""
