"""Storey 8: pages that read across rooms: Today, the file of a youth, dashboards, exports."""
