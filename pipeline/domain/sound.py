"""The one form in which sound crosses stages."""

SAMPLE_RATE_HZ = 16_000
"""Every channel is a one-dimensional float32 array in [-1, 1] at this rate: what speech models expect."""
