using Cim.Compiler.Ir;
using Cim.Compiler.Precision;

namespace Cim.Compiler.QuantizationAware;

/// <summary>What a training with quantizers starts from.</summary>
/// <param name="Float">The float network as imported.</param>
/// <param name="Rounded">The same network quantized without training.</param>
/// <param name="Policy">The precision of each layer, with strips or without.</param>
internal sealed record TrainingStart(Graph Float, Graph Rounded, QuantizationPolicy Policy);
