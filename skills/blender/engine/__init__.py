"""The Blender engine's worker: runs inside Blender's own Python, loaded as the package `viga_engine` by worker.py."""
