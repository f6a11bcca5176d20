using Microsoft.ML.OnnxRuntime;

namespace Cim.Compiler.Ort;

/// <summary>ONNX Runtime's values by name, disposed together.</summary>
internal sealed class NamedValues() : Dictionary<string, OrtValue>(StringComparer.Ordinal), IDisposable
{
    public void Dispose()
    {
        foreach (OrtValue value in Values) value.Dispose();
        Clear();
    }
}
