using System.Buffers;
using System.Runtime.InteropServices;
using Cim.Runtime.Crossbar.Blocks;
using Cim.Runtime.Crossbar.Kernels;
using Cim.Runtime.Crossbar.Planning;
using Cim.Runtime.Hardware;
using Cim.Runtime.RandomNumbers;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Crossbar.Calibration;

/// <summary>
/// Collects what a layer reads on calibration images, and measures the analog sums it gives. A small layer is measured whole; of a larger
/// one a sample of the positions, one at random in each of equally long runs, and where those are still too much work, evenly spaced
/// outputs. Every position and every output is a measurement of its own, so a few thousand of them show where the sums lie. Not safe for
/// several threads at once.
/// </summary>
internal sealed unsafe class CalibrationInputs
{
    /// <summary>One-bit products that are simulated of a layer, at most, but for the fewest positions and outputs.</summary>
    public const long MaxProducts = 1L << 32;

    /// <summary>Bytes of inputs that are held of a layer that is measured whole, and of a sample.</summary>
    private const long MaxWholeBytes = 1 << 22, MaxSampleBytes = 1 << 24;

    private const int FewestPositions = 256, FewestOutputs = 64;

    private readonly CrossbarLayer _layer;
    private readonly PatchGatherer? _patches;
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly CounterRandom _random;
    private readonly double _run;
    private long _seen, _next;
    private int _images;

    /// <summary>Prepares to collect.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="profile">The hardware; of its converters only the number of conversions matters.</param>
    /// <param name="images">Images that will be added.</param>
    public CalibrationInputs(CrossbarLayer layer, HardwareProfile profile, long images)
    {
        _layer = layer;
        long positions = images * layer.PositionsPerImage, rows = layer.RowsPerGroup;
        int reads = profile.AdcPerInputSlice ? InputStream.Slices(layer.Input, profile.DacBits).Length : 1;
        double products = (double)rows * BlockParts.Of(layer).Sum(p => (double)p.Outputs * p.Mapping.SliceBits.Length) * reads;
        long bytes = images * (layer.Geometry is { } g
            ? (long)g.InputChannels * g.InputHeight * g.InputWidth : rows * layer.Groups * layer.PositionsPerImage);
        Measured = layer;
        if (positions * products <= MaxProducts && bytes <= MaxWholeBytes) return;

        IsSample = true;
        long wanted = Math.Max(FewestPositions, Math.Min((long)(MaxProducts / products), MaxSampleBytes / (rows * layer.Groups)));
        _run = Math.Max(1, positions / (double)wanted);
        _random = CounterRandom.Of(0, RandomPurpose.CalibrationPosition);
        if (layer.Geometry is { } geometry) _patches = new PatchGatherer(geometry, layer.Groups);
        double share = MaxProducts / (products * Math.Min(wanted, positions));
        int outputs = (int)Math.Min(layer.Outputs, Math.Max(FewestOutputs, share * layer.Outputs));
        // Slices of binary weights depend on all of them, and blocks have columns of their own.
        bool isDivisible = layer.Groups == 1 && layer.Blocks.IsEmpty && layer.WeightBits > 1;
        Measured = (isDivisible && outputs < layer.Outputs ? Take(layer, outputs) : layer) with { Geometry = null, PositionsPerImage = 1 };
    }

    /// <summary>The layer whose sums are measured: the one given, or some of its outputs as a matrix.</summary>
    public CrossbarLayer Measured { get; }

    /// <summary>The layer with all its outputs, as it reads what was collected.</summary>
    public CrossbarLayer Positions => IsSample ? _layer with { Geometry = null, PositionsPerImage = 1 } : _layer;

    /// <summary>False if every position and every output is measured.</summary>
    public bool IsSample { get; }

    /// <summary>Images, or positions of them, collected so far.</summary>
    public int Collected => _images;

    /// <summary>Adds the quantized inputs of some images, in the layout of <see cref="CrossbarLayer"/>.</summary>
    public void Add(ReadOnlySpan<byte> input, int images)
    {
        if (!IsSample)
        {
            _bytes.Write(input);
            _images += images;
            return;
        }

        long end = _seen + ((long)images * _layer.PositionsPerImage);
        fixed (byte* from = input)
        {
            for (; Position(_next) < end; _next++)
            {
                Take(from, Position(_next) - _seen);
                _images++;
            }
        }

        _seen = end;
    }

    /// <summary>Measures what was collected, part by part (<see cref="BlockParts"/>).</summary>
    /// <param name="profile">The hardware.</param>
    public AdcCalibrator[] Measure(HardwareProfile profile) =>
    [
        .. BlockParts.Of(Measured).Select(part =>
        {
            var calibrator = new AdcCalibrator(part, profile);
            calibrator.Observe(_bytes.WrittenSpan, _images);
            calibrator.Release();
            return calibrator;
        }),
    ];

    /// <summary>The results of <see cref="Positions"/> for what was collected.</summary>
    /// <param name="prepared">That layer at some fidelity, without an epilogue.</param>
    public float[] Run(PreparedLayer prepared)
    {
        const nuint Alignment = 64;
        float[] results = new float[checked(_images * Positions.Outputs * Positions.PositionsPerImage)];
        int bytes = prepared.WorkspaceBytes(_images);
        void* workspace = NativeMemory.AlignedAlloc((nuint)bytes, Alignment);
        try
        {
            prepared.Run(new LayerCall
            {
                Input = _bytes.WrittenSpan, Output = MemoryMarshal.AsBytes(results.AsSpan()),
                Workspace = new Span<byte>(workspace, bytes), Images = _images, FirstImage = 0,
            });
        }
        finally
        {
            NativeMemory.AlignedFree(workspace);
        }

        return results;
    }

    /// <summary>The position of a run that is taken; the first is always one, so that few positions are never none.</summary>
    private long Position(long run) => run == 0 ? 0 : (long)((run + _random.Uniform(run)) * _run);

    private void Take(byte* input, long position)
    {
        int rows = _layer.RowsPerGroup, width = rows * _layer.Groups;
        Span<byte> target = _bytes.GetSpan(width)[..width];
        fixed (byte* to = target)
        {
            if (_patches is null) new ReadOnlySpan<byte>(input + (position * width), width).CopyTo(target);
            else
            {
                for (int g = 0; g < _layer.Groups; g++)
                    _patches.Gather(input, position, g, unchecked((byte)_layer.Input.ZeroPoint), to + ((nint)g * rows));
            }
        }

        _bytes.Advance(width);
    }

    /// <summary>Evenly spaced outputs of a layer.</summary>
    private static CrossbarLayer Take(CrossbarLayer layer, int count)
    {
        int[] outputs = [.. Enumerable.Range(0, count).Select(i => (int)((long)i * layer.Outputs / count))];
        int rows = layer.RowsPerGroup;
        sbyte[] weights = new sbyte[count * rows];
        for (int i = 0; i < count; i++) layer.Weights.Span<sbyte>().Slice(outputs[i] * rows, rows).CopyTo(weights.AsSpan(i * rows));
        return layer with
        {
            ColumnsPerGroup = count,
            Weights = Tensor.Create<sbyte>(new Shape(count, rows), weights),
            WeightScales = [.. outputs.Select(o => layer.WeightScales[o])],
            Bias = [.. outputs.Select(o => layer.Bias[o])],
        };
    }
}
