using Cim.Compiler.Ort;
using Cim.Compiler.Tests.Support;
using Cim.Tests.Shared;
using CsCheck;
using Microsoft.ML.OnnxRuntime;
using Xunit;

namespace Cim.Compiler.Tests.Export;

/// <summary>
/// ONNX Runtime moves quantizers over operators that move values. Whatever it makes of an exported network, with the options it has by
/// default, the network is still there and gives the numbers of the compiled one.
/// </summary>
public sealed class MovedQuantizersTests
{
    private const int DefaultCases = 40, Samples = 24;

    private static readonly Gen<(int Seed, int ActivationBits)> _cases = Gen.Select(Gen.Int[0, int.MaxValue], Gen.OneOf(8, 8, 8, 5));

    [Fact]
    public void Random_networks_load_with_default_options_and_give_the_numbers_of_the_compiled_network()
    {
        var failures = new List<string>();
        foreach ((int number, (int seed, int bits)) in FuzzSettings.Of(_cases, FuzzSettings.Cases(DefaultCases)))
        {
            try
            {
                if (Difference(seed, bits) is var error and > 0.05) failures.Add($"case {number}, network {seed}: differs by {error:P1}");
            }
            catch (Exception e)
            {
                failures.Add($"case {number}, network {seed}: {e.GetType().Name} {e.Message}");
            }
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    private static double Difference(int seed, int activationBits)
    {
        byte[] network = RandomLayers.Of(RandomLayers.MovedKind, seed);
        GraphInput input = GraphInput.Of(RandomNetworks.Import(network));
        float[] x = RandomNetworks.Samples(Samples, input.SampleElements, (ulong)seed);
        using var c = new SmallCompilation(network, x);
        c.Compile(o => o with { ActivationBits = activationBits, ExportQdqPath = c.At("qdq.onnx") });
        using (new InferenceSession(c.At("qdq.onnx"))) { }
        // By default 8-bit kernels of processors without VNNI add pairs of products in saturating 16 bits, which are other numbers.
        using var exact = new SessionOptions();
        exact.AddSessionConfigEntry("session.x64quantprecision", "1");
        using var session = new InferenceSession(c.At("qdq.onnx"), exact);
        using var run = new RunOptions();
        using NamedValues feeds = input.Split(0, Samples, x).Feeds();
        using IDisposableReadOnlyCollection<OrtValue> y = session.Run(run, feeds, ["y"]);
        float[] wanted = c.Compiled(), actual = OnnxSession.Floats(y[0]).ToArray();
        if (y[0].GetTensorTypeAndShape().ElementDataType != Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float) return 0;
        double error = Math.Sqrt(wanted.Zip(actual, (a, b) => ((double)a - b) * ((double)a - b)).Sum()),
            size = Math.Sqrt(wanted.Sum(a => (double)a * a));
        return error / Math.Max(size, 1e-6);
    }
}
