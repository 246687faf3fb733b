"""Drills with live feedback: the engine, its blocks, and one small file a drill."""
