"""System checks that keep the promises of the design."""
