using System.Diagnostics;
using System.Runtime.InteropServices;
using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Simulation;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Mapping;

namespace Cim.Bench.Speed;

/// <summary>Times prepared layers without the rest of a network.</summary>
internal static class LayerSpeed
{
    private const int ArrayRows = 128;
    private const ulong Seed = 1;

    /// <summary>What can be measured; <c>noise</c> is <c>device</c> with read noise.</summary>
    public static string[] Fidelities { get; } = ["exact", "adc", "device", "noise", "circuit"];

    /// <summary>Milliseconds an image, and seconds to program the arrays.</summary>
    /// <param name="what">One of <see cref="Fidelities"/>.</param>
    /// <param name="isSliced">Whether weights lie in ISAAC's four 2-bit cells instead of one 7-bit pair.</param>
    /// <param name="repetitions">Runs of a layer.</param>
    public static (double Milliseconds, double PreparedSeconds) Measure(string what, bool isSliced, int repetitions)
    {
        bool isExact = what == "exact";
        HardwareProfile profile = Profile(what, isSliced);
        IReadOnlyList<CrossbarLayer> layers = ResNet20.Layers((rows, columns, bits) => new LayerMapping
        {
            Encoding = profile.Encoding, SliceBits = isSliced ? [2, 2, 2, 2] : [bits - 1], Tiles = [],
            RowTiles = [.. Enumerable.Range(0, (rows + ArrayRows - 1) / ArrayRows)
                .Select(t => new RowTile(t * ArrayRows, Math.Min(ArrayRows, rows - (t * ArrayRows))))],
        });
        Fidelity fidelity = what == "noise" ? Fidelity.Device : Enum.Parse<Fidelity>(what, ignoreCase: true);
        long start = Stopwatch.GetTimestamp();
        PreparedLayer[] prepared = [.. layers.Select((l, i) => CrossbarSimulator.Prepare(l, i, profile, fidelity, Seed))];
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double milliseconds = layers.Zip(prepared, (l, p) => Best(p, l, isExact ? 4 * repetitions : repetitions, isExact ? 2 : 1)).Sum();
        return (milliseconds, seconds);
    }

    // 8 input bits one by one, an 8-bit conversion each.
    private static HardwareProfile Profile(string what, bool isSliced) => HardwareProfiles.BuiltIn("isaac") with
    {
        Encoding = isSliced ? WeightEncoding.Offset : WeightEncoding.Differential, AdcRange = new AdcRange(AdcRangePolicy.Full),
        ReadNoiseSigma = what == "noise" ? 0.01 : 0,
        ProgrammingError = what is "device" or "noise" ? new ProgrammingError("independent", 0.01) : ProgrammingError.None,
        WordLineResistance = what == "circuit" ? 1 : 0, BitLineResistance = what == "circuit" ? 1 : 0,
    };

    /// <summary>One pair of cells a weight, on arrays of 128 rows.</summary>
    public static LayerMapping Pairs(int rows, int bits) => new()
    {
        Encoding = WeightEncoding.Differential, SliceBits = [bits - 1], Tiles = [],
        RowTiles = [.. Enumerable.Range(0, (rows + ArrayRows - 1) / ArrayRows)
            .Select(t => new RowTile(t * ArrayRows, Math.Min(ArrayRows, rows - (t * ArrayRows))))],
    };

    /// <summary>Milliseconds an image of the fastest run.</summary>
    public static unsafe double Best(PreparedLayer prepared, CrossbarLayer layer, int repeats, int images)
    {
        int inputs = layer.Geometry is { } g ? g.InputChannels * g.InputHeight * g.InputWidth
            : layer.RowsPerGroup * layer.PositionsPerImage;
        int outputs = images * layer.Outputs * layer.PositionsPerImage;
        byte[] input = new byte[images * inputs], output = new byte[outputs * (layer.Epilogue.Output is null ? 4 : 1)];
        byte[] residual = new byte[layer.Epilogue.AddsResidual ? outputs : 0];
        var random = new Random(2);
        for (int i = 0; i < input.Length; i++) input[i] = unchecked((byte)random.Next(layer.Input.Min, layer.Input.Max + 1));
        int bytes = prepared.WorkspaceBytes(images);
        void* workspace = NativeMemory.AlignedAlloc((nuint)bytes, 64);
        double best = double.MaxValue;
        for (int r = 0; r < repeats; r++)
        {
            long start = Stopwatch.GetTimestamp();
            prepared.Run(new LayerCall
            {
                Input = input, Residual = residual, Output = output, Workspace = new Span<byte>(workspace, bytes), Images = images,
                FirstImage = 0,
            });
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        NativeMemory.AlignedFree(workspace);
        return best / images;
    }
}
