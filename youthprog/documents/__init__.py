"""The printing house: values in, sealed PDF out; storage; verification."""
