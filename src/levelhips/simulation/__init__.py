"""Simulated runners, wearers and sensors, with the truth of what they did."""
