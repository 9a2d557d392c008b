"""Timetables of the research format (RobinX): read, judged, solved, proved impossible."""
