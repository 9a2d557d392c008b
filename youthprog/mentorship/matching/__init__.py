"""Who would mentor whom: profiles, the best proposal for a whole cohort, and everybody's word on it."""
