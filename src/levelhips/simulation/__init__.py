"""Simulated runners, wearers and sensors, with the true values of what they did."""
