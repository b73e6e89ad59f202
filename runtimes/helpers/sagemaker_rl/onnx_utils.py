"""Kept for scripts that call it: Coach's ONNX files open as they are in the runtimes that read them here."""


def fix_onnx_model(filename):
    """Checks the file; raises what is wrong with it."""
    import onnx

    onnx.checker.check_model(onnx.load(filename))
