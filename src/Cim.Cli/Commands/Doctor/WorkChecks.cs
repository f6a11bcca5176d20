using System.Globalization;
using Cim.Compiler;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

namespace Cim.Cli.Commands.Doctor;

/// <summary>Whether the parts work together: a network of one layer is run by ONNX Runtime, compiled, and run on simulated
/// crossbars.</summary>
internal static class WorkChecks
{
    // 8 bits of weights and inputs: half a step of each, over three products.
    private const float Tolerance = 0.05f;

    private static readonly float[] _weights = [0.5f, -1, 0.25f, 1, 0.75f, -0.5f], _inputs = [0.5f, -0.25f, 1],
        _products = [0.9375f, -1.25f];

    public static IEnumerable<DoctorCheck> Run(CancellationToken cancellation)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("cim-doctor-");
        try
        {
            string model = Path.Combine(folder.FullName, "net.onnx");
            File.WriteAllBytes(model, Network());
            DoctorCheck float32 = DoctorCheck.Try("ONNX Runtime",
                "If its native library does not load: it needs 64-bit Linux with glibc 2.27 or newer, Windows (with the Visual C++ "
                + "redistributable), or macOS on Arm. In Alpine Linux use an image with glibc.",
                () => OnnxRuntime(model, cancellation));
            yield return float32;
            if (float32.State == DoctorState.Ok)
                yield return DoctorCheck.Try("compiler and simulator", "Please report this with the output of cim doctor --json.",
                    () => Compiled(model, Path.Combine(folder.FullName, "net.cim"), cancellation));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string OnnxRuntime(string model, CancellationToken cancellation)
    {
        using var session = new OnnxSession(model, cancellation);
        using OrtValue x = OnnxSession.Tensor(_inputs, [1, 3]);
        using IDisposableReadOnlyCollection<OrtValue> y = session.Run(new Dictionary<string, OrtValue> { ["x"] = x }, ["y"]);
        Require(y[0].GetTensorDataAsSpan<float>(), 1e-5f);
        return OrtEnv.Instance().GetVersionString() + " runs a network";
    }

    private static string Compiled(string model, string output, CancellationToken cancellation)
    {
        CompilePipeline.Compile(new CompileOptions { ModelPath = model, OutputPath = output }, null, null, cancellation);
        using CimModel compiled = CimModel.Load(output);
        float[] outputs = new float[_products.Length];
        foreach (Fidelity fidelity in new[] { Fidelity.Exact, Fidelity.Adc })
        {
            compiled.Run(_inputs, outputs, new Cim.Runtime.RunOptions { Fidelity = fidelity }, cancellation);
            Require(outputs, Tolerance);
        }

        return string.Create(CultureInfo.InvariantCulture,
            $"a network of one layer gives its products on {compiled.Info.Cost.Hardware} ({compiled.Info.Cost.LatencyNs:0} ns)");
    }

    private static void Require(ReadOnlySpan<float> outputs, float tolerance)
    {
        for (int i = 0; i < _products.Length; i++)
            if (!(Math.Abs(outputs[i] - _products[i]) <= tolerance))
                throw new InvalidOperationException(string.Create(
                    CultureInfo.InvariantCulture, $"output {i} is {outputs[i]}, and {_products[i]} would be right"));
    }

    private static byte[] Network()
    {
        var graph = new GraphProto { Name = "doctor" };
        graph.Input.Add(Value("x", 3));
        graph.Output.Add(Value("y", 2));
        graph.Initializer.Add(new TensorProto { Name = "w", DataType = 1, Dims = { 3, 2 }, FloatData = { _weights } });
        graph.Node.Add(new NodeProto { Name = "dense", OpType = "MatMul", Input = { "x", "w" }, Output = { "y" } });
        var model = new ModelProto { IrVersion = 8, Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = 17 });
        return model.ToByteArray();
    }

    private static ValueInfoProto Value(string name, int size)
    {
        var shape = new TensorShapeProto
        {
            Dim = { new TensorShapeProto.Types.Dimension { DimValue = 1 }, new TensorShapeProto.Types.Dimension { DimValue = size } },
        };
        return new ValueInfoProto
        {
            Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = 1, Shape = shape } },
        };
    }
}
