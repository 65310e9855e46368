"""Medians, percentiles and spreads of samples."""
import statistics


def median(values):
    return statistics.median(values)


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def spread(values):
    return f"{min(values):,.0f}–{max(values):,.0f}"
