"""Virtual runners, wearers and sensors with known truth."""
