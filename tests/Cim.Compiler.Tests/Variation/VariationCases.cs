using Cim.Compiler.Mapping;
using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Simulation;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Tests.Variation;

/// <summary>Layers, inputs and simulated chips for tests of the error model.</summary>
internal static class VariationCases
{
    /// <summary>128x128 arrays of 2-bit cells up to 40 uS, 1-bit inputs, ideal read-out, no variation.</summary>
    public static HardwareProfile Ideal { get; } = new()
    {
        Name = "test", Rows = 128, Columns = 128, CellBits = 2, DacBits = 1, AdcBits = 0, ColumnsPerAdc = 8, ArraysPerCore = 8, Cores = 0,
        Encoding = WeightEncoding.Differential, GOn = 40e-6, GOff = 1e-6, AdcRange = new AdcRange(AdcRangePolicy.Full),
        AdcPerInputSlice = true, ReadLatency = 1e-7, WriteLatency = 1e-6, AdcLatency = 1e-9,
    };

    /// <summary>A matrix with half-normal weights whose sums are written as they are.</summary>
    public static CrossbarLayer Matrix(Random random, HardwareProfile profile, int rows, int columns, int positions, int weightBits,
        int activationBits, Epilogue? epilogue = null)
    {
        int limit = (1 << (weightBits - 1)) - 1;
        sbyte[] w = new sbyte[rows * columns];
        for (int i = 0; i < w.Length; i++)
            w[i] = (sbyte)Math.Clamp(Math.Round(limit * 0.35 * Math.Sqrt(
                -2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())), -limit, limit);
        return new CrossbarLayer
        {
            Name = "layer", Groups = 1, RowsPerGroup = rows, ColumnsPerGroup = columns, Geometry = null, PositionsPerImage = positions,
            Weights = Tensor.Create<sbyte>(new Shape(columns, rows), w), WeightBits = weightBits,
            WeightScales = [.. Enumerable.Repeat(1f, columns)], Bias = [.. Enumerable.Range(0, columns).Select(_ => random.Next(-20, 21))],
            Input = new QuantizationParameters(1, 0, activationBits, false), Epilogue = epilogue ?? Epilogue.None,
            Mapping = LayerMapper.Map(new LayerShape("layer", 1, rows, columns, positions), weightBits, profile),
        };
    }

    /// <summary>Activations after a Relu: half are zero, the others half-normal.</summary>
    public static byte[] Activations(Random random, CrossbarLayer layer)
    {
        byte[] x = new byte[layer.PositionsPerImage * layer.RowsPerGroup];
        for (int i = 0; i < x.Length; i++)
        {
            double normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            x[i] = (byte)Math.Clamp(Math.Round(normal * 0.4 * layer.Input.Max), 0, layer.Input.Max);
        }

        return x;
    }

    /// <summary>What one chip gives, in the layer's output layout.</summary>
    public static byte[] Run(CrossbarLayer layer, HardwareProfile profile, byte[] input, Fidelity fidelity, ulong chip, int images = 1)
    {
        PreparedLayer prepared = CrossbarSimulator.Prepare(layer, 0, profile, fidelity, chip);
        byte[] output = new byte[images * layer.PositionsPerImage * layer.Outputs * (layer.Epilogue.Output is null ? 4 : 1)];
        int bytes = prepared.WorkspaceBytes(images);
        byte[] memory = GC.AllocateArray<byte>(bytes + 64, pinned: true);
        int shift = (int)(64 - (System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(memory, 0) % 64)) % 64;
        prepared.Run(
            new LayerCall { Input = input, Output = output, Workspace = memory.AsSpan(shift, bytes), Images = images, FirstImage = 0 });
        return output;
    }
}
