using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Tests.Support;

namespace Cim.Compiler.Tests.Quantization;

/// <summary>A network of one value, two products that read it and a residual path, and samples of it in which one channel is
/// larger.</summary>
internal static class UnequalChannels
{
    public const int Channels = 8, Positions = 4;

    public static Graph Network() => RandomNetworks.Import(new ModelBuilder(seed: 3).Input("x", -1, Positions, Channels).Output("y")
        .Weight("w1", Channels, Channels).Weight("w2", Channels, Channels).Scalar("one", 1)
        .Node("Mul", "x one", "v0").Node("Tanh", "v0", "t").Node("Add", "t x", "v")
        .Node("MatMul", "v w1", "a").Node("MatMul", "v w2", "b").Node("Add", "a b", "c").Node("Add", "c v", "y").Bytes);

    /// <summary>Uniform samples, channel 2 times <paramref name="factor"/>.</summary>
    public static CalibrationData Samples(float factor, int count = 64)
    {
        float[] values = RandomNetworks.Samples(count, Positions * Channels, 7);
        for (int i = 2; i < values.Length; i += Channels) values[i] *= factor;
        return new CalibrationData(values, count, false);
    }

    public static float[] Outputs(Graph graph, CalibrationData data) =>
        GraphSession.FirstOutput(graph, GraphInput.Of(graph), data, data.Count, CancellationToken.None);
}
