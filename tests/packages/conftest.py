import pathlib
import sys

# The modules beside the tests.
sys.path.insert(0, str(pathlib.Path(__file__).parent))
