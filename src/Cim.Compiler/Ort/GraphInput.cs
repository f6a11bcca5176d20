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
    /// <exception cref="CimException">CIM0006: the network has no input, or its inputs do not agree on the number of samples.</exception>
    public static GraphInput Of(Graph graph) => Of(graph.Inputs.Select(i => (i, graph.Values[i].Type, graph.Values[i].Shape)));

    /// <exception cref="CimException">CIM0006, as above.</exception>
    public static GraphInput Of(IEnumerable<(string Name, ElementType Type, Shape Shape)> inputs)
    {
        ImmutableArray<(InputPort Port, int Batch)> ports = [.. inputs.Select(i => Port(i.Name, i.Type, i.Shape))];
        if (ports.IsEmpty)
            throw new CimException(ErrorCodes.InvalidData, "The model has no input, so there is nothing to feed data into.");
        foreach ((InputPort port, int batch) in ports)
            if (batch != ports[0].Batch)
                throw new CimException(ErrorCodes.InvalidData,
                    $"The input '{ports[0].Port.Name}' takes {Text(ports[0].Batch)} in a run, but '{port.Name}' takes {Text(batch)}; "
                        + $"export the model with the same first (batch) dimension on every input.");
        return new GraphInput([.. ports.Select(p => p.Port)], ports[0].Batch);
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

    private static (InputPort, int Batch) Port(string name, ElementType type, Shape shape) =>
        shape.Rank <= 1 && !shape.IsSymbolic ? (new InputPort(name, type, shape.Dims, false), 1)
        : (new InputPort(name, type, shape.Dims[1..], true), shape[0] < 0 ? 0 : shape[0]);

    private static string Text(int batch) => batch == 0 ? "any number of samples" : batch == 1 ? "one sample" : $"{batch} samples";
}
