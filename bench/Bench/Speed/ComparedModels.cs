namespace Cim.Bench.Speed;

/// <summary>The files of one network.</summary>
/// <param name="Compiled">The compiled model.</param>
/// <param name="Original">The float network for ONNX Runtime, or null.</param>
/// <param name="Quantized">The quantized network for ONNX Runtime, or null.</param>
internal sealed record ComparedModels(string Compiled, string? Original, string? Quantized);
