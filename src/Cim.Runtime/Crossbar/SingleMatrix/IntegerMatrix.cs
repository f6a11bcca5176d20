using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Cim.Runtime.Crossbar.Calibration;
using Cim.Runtime.Crossbar.Compensation;
using Cim.Runtime.Crossbar.Simulation;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Crossbar.SingleMatrix;

/// <summary>
/// A matrix as a layer of a compiled model: weights symmetric, |q| &lt;= 2^(bits-1) - 1; activations unsigned, or signed and
/// symmetric, without zero point. It runs on the same code as a model's layers.
/// </summary>
internal static class IntegerMatrix
{
    public static double[][] Run(MatrixCase c)
    {
        int outputs = c.Weights.Length, inputs = c.Weights[0].Length, images = c.Inputs.Length;
        double weightScale = Math.Max(
            Math.Abs(c.WeightRange.Low), Math.Abs(c.WeightRange.High)) / Math.Max(1, (1 << (c.WeightBits - 1)) - 1);
        double inputScale = c.SignedInputs
            ? Math.Max(-c.ActivationRange.Low, c.ActivationRange.High) / Math.Max(1, (1 << (c.ActivationBits - 1)) - 1)
            : c.ActivationRange.High / ((1 << c.ActivationBits) - 1);
        int limit = Math.Max(1, (1 << (c.WeightBits - 1)) - 1);
        sbyte[] weights = [.. c.Weights.SelectMany(row => row.Select(w => (sbyte)Math.Clamp(Math.Round(w / weightScale), -limit, limit)))];
        var quantization = new QuantizationParameters(1, 0, c.ActivationBits, c.SignedInputs);
        int low = c.SignedInputs ? -quantization.Max : 0;
        byte[] x = [.. c.Inputs.SelectMany(
            v => v.Select(a => unchecked((byte)(int)Math.Clamp(Math.Round(a / inputScale), low, quantization.Max))))];
        HardwareProfile profile = c.Profile;
        if (profile.AdcRange is { Policy: AdcRangePolicy.Fixed } range)
        {
            // The case gives real units; the layer's are one weight level times one input level.
            double unit = weightScale * inputScale;
            profile = profile with { AdcRange = range with { Low = range.Low / unit, High = range.High / unit } };
        }
        CrossbarLayer layer = new()
        {
            Name = "matrix", Groups = 1, RowsPerGroup = inputs, ColumnsPerGroup = outputs, Geometry = null, PositionsPerImage = 1,
            Weights = Tensor.Create<sbyte>(new Shape(outputs, inputs), weights), WeightBits = c.WeightBits,
            WeightScales = [.. Enumerable.Repeat(1f, outputs)], Bias = [.. new int[outputs]], Input = quantization,
            Epilogue = Epilogue.None, Mapping = Mapping(c, inputs),
        };
        layer = WeightClipper.Apply(layer, profile);
        if (profile.ColumnCorrection != ColumnCorrection.None)
            layer = layer with { TestInputs = new Tensor(quantization.StorageType, new Shape(images, inputs), x) };
        if (profile.AdcRange.Policy is AdcRangePolicy.Calibrated or AdcRangePolicy.Granular && c.Fidelity != Fidelity.Exact)
        {
            // There is no other data than the case's own inputs.
            var calibrator = new AdcCalibrator(layer, profile);
            calibrator.Observe(x, images);
            layer = layer with { AdcCalibration = calibrator.Choose(AdcRangeChoice.MinMax) };
        }
        return Finish(Execute(layer, profile, c, x, images), outputs, weightScale * inputScale);
    }

    private static unsafe float[] Execute(CrossbarLayer layer, HardwareProfile profile, MatrixCase c, byte[] x, int images)
    {
        const nuint Alignment = 64;
        PreparedLayer prepared = CrossbarSimulator.Prepare(layer, 0, profile, c.Fidelity, c.Seed);
        int bytes = prepared.WorkspaceBytes(images);
        float[] y = new float[images * layer.Outputs];
        void* workspace = NativeMemory.AlignedAlloc((nuint)Math.Max(1, bytes), Alignment);
        try
        {
            prepared.Run(new LayerCall
            {
                Input = x, Output = MemoryMarshal.AsBytes(y.AsSpan()), Workspace = new Span<byte>(workspace, bytes),
                Images = images, FirstImage = 0,
            });
        }
        finally
        {
            NativeMemory.AlignedFree(workspace);
        }
        return y;
    }

    private static double[][] Finish(float[] y, int outputs, double unit) =>
        [.. y.Chunk(outputs).Select(row => row.Select(v => v * unit).ToArray())];

    private static LayerMapping Mapping(MatrixCase c, int inputs)
    {
        bool differential = c.Profile.Encoding is WeightEncoding.Differential or WeightEncoding.DifferentialTwoSided;
        int total = differential ? Math.Max(1, c.WeightBits - 1) : c.WeightBits;
        int width = c.Slices > 0 ? (total + c.Slices - 1) / c.Slices : c.Profile.CellBits;
        var bits = ImmutableArray.CreateBuilder<int>();
        // The sign of two's complement is a slice of its own.
        int rest = c.Profile.Encoding == WeightEncoding.TwosComplement && total > 1 ? total - 1 : total;
        for (int left = rest; left > 0; left -= width) bits.Add(Math.Min(width, left));
        if (rest < total) bits.Add(1);
        var tiles = ImmutableArray.CreateBuilder<RowTile>();
        for (int r = 0; r < inputs; r += c.Profile.Rows) tiles.Add(new RowTile(r, Math.Min(c.Profile.Rows, inputs - r)));
        return new LayerMapping
        {
            Encoding = c.Profile.Encoding,
            SliceBits = bits.ToImmutable(),
            Tiles = [],
            RowTiles = tiles.ToImmutable(),
        };
    }
}
