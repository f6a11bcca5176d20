using Cim.Onnx.Proto;

namespace Cim.Training.Differentiation;

/// <summary>A graph in the two forms that its differentiation needs.</summary>
/// <param name="Composite">The forward nodes as written, composite operators included, in topological order.</param>
/// <param name="Lowered">The same graph without composite operators.</param>
/// <param name="Shapes">Shape of every forward value.</param>
internal sealed record DifferentiableGraph(GraphProto Composite, GraphProto Lowered, IReadOnlyDictionary<string, long[]> Shapes);
