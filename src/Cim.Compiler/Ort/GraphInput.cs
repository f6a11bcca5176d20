using System.Collections.Immutable;
using Cim.Compiler.Data;
using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Ort;

/// <summary>
/// How a network is fed. A record holds one sample of every input, one input after the other; that is how samples lie in
/// files, in <see cref="CalibrationData"/> and in a <see cref="DataBatch"/>, so only a run separates the inputs.
/// </summary>
/// <param name="Ports">The inputs in the graph's order.</param>
/// <param name="FixedBatch">Samples in every run; 0 if any number goes.</param>
internal sealed record GraphInput(ImmutableArray<InputPort> Ports, int FixedBatch)
{
    /// <exception cref="CimException">CIM0006: the network has no input.</exception>
    public static GraphInput Of(Graph graph) => Of(graph.Inputs.Select(i => (i, graph.Values[i].Type, graph.Values[i].Shape)));

    /// <summary>
    /// Samples lie along the first dimension where all inputs have as many there. Otherwise (a state whose batch is behind, a table beside
    /// a
    /// batch) a run is one sample: of an input that leads with one, or any number, the rest of its shape, of the others all of it.
    /// </summary>
    /// <exception cref="CimException">CIM0006, as above.</exception>
    public static GraphInput Of(IEnumerable<(string Name, ElementType Type, Shape Shape)> inputs)
    {
        ImmutableArray<(string Name, ElementType Type, Shape Shape)> all = [.. inputs];
        if (all.IsEmpty) throw new CimException(ErrorCodes.InvalidData, "The model has no input, so there is nothing to feed data into.");
        int[] batches = [.. all.Select(i => InputBatch.Of(i.Shape))];
        return batches[0] != InputBatch.Behind && batches.All(b => b == batches[0])
            ? new GraphInput([.. all.Select(i => Port(i.Name, i.Type, i.Shape, i.Shape.Rank > 1 || i.Shape.IsSymbolic))], batches[0])
            : new GraphInput([.. all.Select(i => Port(i.Name, i.Type, i.Shape, InputBatch.LeadsWithOne(i.Shape)))], 1);
    }

    /// <summary>Numbers in one record.</summary>
    public int SampleElements => Ports.Sum(p => p.Elements);

    /// <summary>The number of samples per run nearest to a wanted one.</summary>
    public int Batch(int wanted) => FixedBatch > 0 ? FixedBatch : wanted;

    /// <summary>Whether a value is one of the inputs.</summary>
    public bool Has(string value) => Ports.Any(p => p.Name == value);

    /// <summary>Splits records into the inputs of one run.</summary>
    /// <param name="first">Index of the first sample.</param>
    /// <param name="count">The number of samples.</param>
    /// <param name="records">[count, record]; must outlive the run.</param>
    public SampleRun Split(int first, int count, ReadOnlyMemory<float> records)
    {
        if (Ports.Length == 1) return new SampleRun(this, first, count, [records]);
        int stride = SampleElements, start = 0;
        var values = ImmutableArray.CreateBuilder<ReadOnlyMemory<float>>(Ports.Length);
        foreach (InputPort port in Ports)
        {
            float[] samples = new float[count * port.Elements];
            for (int i = 0; i < count; i++)
                records.Span.Slice((i * stride) + start, port.Elements).CopyTo(samples.AsSpan(i * port.Elements));
            values.Add(samples);
            start += port.Elements;
        }

        return new SampleRun(this, first, count, values.MoveToImmutable());
    }

    private static InputPort Port(string name, ElementType type, Shape shape, bool hasBatchAxis)
    {
        ImmutableArray<int> dims = shape.Bind(1).Dims;
        return new InputPort(name, type, hasBatchAxis ? dims[1..] : dims, hasBatchAxis);
    }
}
