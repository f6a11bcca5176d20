using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using DataType = Cim.Onnx.Proto.TensorProto.Types.DataType;
using RunOptions = Microsoft.ML.OnnxRuntime.RunOptions;

namespace Cim.Training.Ort;

/// <summary>
/// Finds the shape of every value by running the graph once with all values as outputs: exact for every operator
/// ONNX Runtime has, without shape inference of our own.
/// </summary>
internal static class ShapeProbe
{
    /// <summary>Runs <paramref name="graph"/> with all inputs one half (integers: zero) and records shapes.</summary>
    /// <param name="graph">A graph without composite operators whose inputs have fixed shapes.</param>
    /// <exception cref="CimException">CIM0040: the graph does not run with these shapes.</exception>
    /// <param name="integers">Receives the values of int64 results that depend on shapes alone.</param>
    public static Dictionary<string, long[]> Run(GraphProto graph, Dictionary<string, long[]>? integers = null)
    {
        var probe = graph.Clone();
        probe.Output.Clear();
        var shapes = new Dictionary<string, long[]>(StringComparer.Ordinal);
        foreach (TensorProto tensor in graph.Initializer)
            shapes[tensor.Name] = [.. tensor.Dims];
        foreach (ValueInfoProto input in graph.Input)
            shapes[input.Name] = Dims(input);
        foreach (string output in graph.Node.SelectMany(node => node.Output).Where(name => name.Length > 0))
            probe.Output.Add(new ValueInfoProto { Name = output });
        if (probe.Output.Count == 0)
            return shapes;

        NativeGraph.Require(graph);
        HashSet<string> ofShapes = DependOnShapesOnly(graph);
        var model = new GraphBuilder(probe).Build(GraphBuilder.DefaultOpset, ("com.microsoft", 1));
        using var options = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL,
            IntraOpNumThreads = 1,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        using var run = new RunOptions();
        List<OrtValue> inputs = [.. graph.Input.Select(HalfOrZero)];
        try
        {
            using var session = new InferenceSession(model.ToByteArray(), options);
            using IDisposableReadOnlyCollection<OrtValue> results =
                session.Run(run, [.. graph.Input.Select(input => input.Name)], inputs, [.. probe.Output.Select(output => output.Name)]);
            for (int i = 0; i < results.Count; i++)
            {
                OrtTensorTypeAndShapeInfo info = results[i].GetTensorTypeAndShape();
                shapes[probe.Output[i].Name] = info.Shape;
                if (integers is not null && info.ElementDataType == TensorElementType.Int64 && ofShapes.Contains(probe.Output[i].Name))
                    integers[probe.Output[i].Name] = results[i].GetTensorDataAsSpan<long>().ToArray();
            }
        }
        catch (OnnxRuntimeException e)
        {
            throw new CimException(ErrorCodes.NotDifferentiable,
                "The network does not run on other numbers of samples than it was exported with, so it cannot be trained, nor its rounding "
                    + $"learned: {e.Message.TrimEnd('.')}. A batch size is probably written into a shape; export it with a free batch "
                        + $"axis.", e);
        }
        finally
        {
            inputs.ForEach(input => input.Dispose());
        }

        return shapes;
    }

    /// <summary>The fixed dimensions of a value info.</summary>
    public static long[] Dims(ValueInfoProto info) => [.. info.Type.TensorType.Shape.Dim.Select(dim => dim.DimValue)];

    private static HashSet<string> DependOnShapesOnly(GraphProto graph)
    {
        var known = new HashSet<string>(graph.Initializer.Select(tensor => tensor.Name), StringComparer.Ordinal);
        foreach (NodeProto node in graph.Node)
        {
            if (node.OpType is "Shape" or "Size" || node.Input.All(input => input.Length == 0 || known.Contains(input)))
                known.UnionWith(node.Output);
        }

        return known;
    }

    private static OrtValue HalfOrZero(ValueInfoProto input)
    {
        long[] dims = Dims(input);
        int count = (int)Tensors.Count(dims);
        return (DataType)input.Type.TensorType.ElemType switch
        {
            DataType.Float => OrtValue.CreateTensorValueFromMemory(Filled(count, 0.5f), dims),
            DataType.Double => OrtValue.CreateTensorValueFromMemory(Filled(count, 0.5), dims),
            DataType.Int64 => OrtValue.CreateTensorValueFromMemory(new long[count], dims),
            DataType.Int32 => OrtValue.CreateTensorValueFromMemory(new int[count], dims),
            DataType other => throw new NotSupportedException($"Graph input '{input.Name}' has element type {other}"),
        };
    }

    private static T[] Filled<T>(int count, T value)
    {
        var values = new T[count];
        Array.Fill(values, value);
        return values;
    }
}
