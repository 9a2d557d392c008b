"""What a mentoring program can show: benchmarks with their counts, and surveys it loads itself."""
