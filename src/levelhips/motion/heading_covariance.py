"""Covariance of a heading and its rate of change: the part that Kalman filters of a heading share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HeadingCovariance:
    """Variance of a heading [rad2], its covariance with the rate [rad2/s], and the variance of the rate [rad2/s2]."""

    heading: float
    cross: float
    rate: float

    def after(self, dt: float, *, heading_noise: float, cross_noise: float = 0.0, rate_noise: float) -> HeadingCovariance:
        """Return the covariance `dt` [s] later, with the noises that were added meanwhile."""
        return HeadingCovariance(
            self.heading + 2 * dt * self.cross + dt * dt * self.rate + heading_noise,
            self.cross + dt * self.rate + cross_noise,
            self.rate + rate_noise,
        )

    def measured(self, variance: float) -> tuple[float, float, HeadingCovariance]:
        """Return what a heading measured with this variance [rad2] changes.

        Returns
        -------
        heading_gain : float
            Share of the heading's error that is corrected.
        rate_gain : float
            Correction of the rate for each unit of that error [1/s].
        covariance : HeadingCovariance
            The covariance after the measurement.
        """
        s = self.heading + variance
        after = HeadingCovariance(
            self.heading - self.heading * self.heading / s,
            self.cross - self.heading * self.cross / s,
            self.rate - self.cross * self.cross / s,
        )
        return self.heading / s, self.cross / s, after
