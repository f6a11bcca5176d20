using System.Runtime.InteropServices;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Compensation;
using Cim.Runtime.Crossbar.Planning;
using Cim.Runtime.Crossbar.Programming;
using Cim.Runtime.Crossbar.Simulation;
using Cim.Runtime.Hardware;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Tests.Crossbar.Compensation;

/// <summary>Layers that are compensated, and how far a chip is off.</summary>
internal static class CompensationCases
{
    /// <summary>A normal distribution whose largest weight uses half the range.</summary>
    public static CrossbarLayer BellShaped(Random random)
    {
        CrossbarLayer layer = LayerCases.Matrix(random, 128, 16, 1, epilogue: Epilogue.None) with
        {
            Mapping = Mappings.Of(1, 128, 16, 8, WeightEncoding.Differential, 7, 128),
        };
        sbyte[] w = [.. Enumerable.Range(0, layer.Weights.Length).Select(_ =>
            (sbyte)Math.Clamp(
                Math.Round((random.NextDouble() + random.NextDouble() + random.NextDouble() + random.NextDouble() - 2) * 32), -63, 63))];
        return layer with { Weights = Tensor.Create<sbyte>(layer.Weights.Shape, w) };
    }

    /// <summary>Four positions of each image as test vectors.</summary>
    public static Tensor Tests(CrossbarLayer layer, byte[] input, int images)
    {
        var tests = new TestVectors(layer, 4);
        tests.Add(input, images);
        return tests.ToTensor()!;
    }

    /// <summary>The squared error of the weights a chip holds.</summary>
    public static double WeightError(CrossbarLayer layer, HardwareProfile profile, ulong chip)
    {
        var plan = new AnalogPlan(layer, profile);
        float[] levels = ProgrammedCells.Program(plan, profile, 0, chip, false);
        sbyte[] w = layer.Weights.Span<sbyte>().ToArray();
        double error = 0;
        for (int i = 0; i < w.Length; i++)
        {
            double held = -plan.Cells.Offset;
            for (int s = 0; s < plan.Cells.Slices.Length; s++)
                held += plan.Cells.WeightStep * plan.Cells.Slices[s].Factor * (double)levels[(s * w.Length) + i];
            error += (held - w[i]) * (held - w[i]);
        }
        return error;
    }

    public static float[] Floats(CrossbarLayer layer, HardwareProfile profile, Fidelity fidelity, byte[] input, int images) =>
        MemoryMarshal.Cast<byte, float>(LayerCases.Run(CrossbarSimulator.Prepare(layer, 0, profile, fidelity, 3), layer, input, [], images))
            .ToArray();

    public static double Difference(float[] a, float[] b) => Math.Sqrt(a.Zip(b, (x, y) => ((double)x - y) * ((double)x - y)).Sum());
}
