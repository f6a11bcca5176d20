using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Runtime;

namespace Cim.Compiler.Calibration;

/// <summary>How the one data input of a network is fed: the shape of a sample and how many go into one run.</summary>
/// <param name="Name">The input's name.</param>
/// <param name="SampleDims">The shape of one sample: the input's without its batch dimension.</param>
/// <param name="FixedBatch">Samples in every run; 0 if any number goes.</param>
/// <param name="HasBatchAxis">False if the input has no batch dimension at all (rank 0 or 1).</param>
internal sealed record GraphInput(string Name, ImmutableArray<int> SampleDims, int FixedBatch, bool HasBatchAxis)
{
    /// <exception cref="CimException">CIM0006: the network does not have exactly one float input.</exception>
    public static GraphInput Of(Graph graph)
    {
        if (graph.Inputs.Length != 1)
            throw new CimException(ErrorCodes.InvalidData, $"The model has {graph.Inputs.Length} inputs ({string.Join(", ", graph.Inputs)}); data files feed models with one input.");
        ValueInfo info = graph.Values[graph.Inputs[0]];
        if (info.Type != ElementType.Float32)
            throw new CimException(ErrorCodes.InvalidData, $"The input '{graph.Inputs[0]}' is {info.Type}; data files feed float inputs.");
        return Of(graph.Inputs[0], info.Shape);
    }

    public static GraphInput Of(string name, Shape shape) =>
        shape.Rank <= 1 && !shape.IsSymbolic ? new GraphInput(name, shape.Dims, 1, false)
        : new GraphInput(name, shape.Dims[1..], shape[0] < 0 ? 0 : shape[0], true);

    public int SampleElements => SampleDims.Aggregate(1, (a, b) => checked(a * b));

    /// <summary>The number of samples per run nearest to a wanted one.</summary>
    public int Batch(int wanted) => FixedBatch > 0 ? FixedBatch : wanted;

    /// <summary>The dimensions of a run's input.</summary>
    public long[] Dims(int batch) => HasBatchAxis ? [batch, .. SampleDims.Select(d => (long)d)] : [.. SampleDims.Select(d => (long)d)];
}
