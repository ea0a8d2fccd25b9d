"""The parts of bench/run. See README.md in the folder above."""
