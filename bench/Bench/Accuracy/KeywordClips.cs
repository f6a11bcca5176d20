using Cim.Bench.Common;

namespace Cim.Bench.Accuracy;

/// <summary>The clips of the shared data are raw bytes; an IDX header in front makes them a data file.</summary>
internal static class KeywordClips
{
    // Type 9 is int8, 8 is uint8; then the number of dimensions, and big-endian sizes.
    private static ReadOnlySpan<byte> ClipHeader => [0, 0, 9, 4, 0, 0, 3, 232, 0, 0, 0, 1, 0, 0, 0, 49, 0, 0, 0, 10];

    private static ReadOnlySpan<byte> LabelHeader => [0, 0, 8, 1, 0, 0, 3, 232];

    /// <summary>Writes clips and labels.</summary>
    /// <returns>The file of clips.</returns>
    public static string Write(BenchRun run)
    {
        string clips = Path.Combine(run.Artifacts, "kws-images.idx4");
        File.WriteAllBytes(
            clips, [.. ClipHeader, .. File.ReadAllBytes(run.Repository.Shared("kws", "kws01_x_int8_1000x49x10.bin"))]);
        File.WriteAllBytes(
            Path.Combine(run.Artifacts, "kws-labels.idx1"),
            [.. LabelHeader, .. File.ReadAllBytes(run.Repository.Shared("kws", "kws01_y_1000.u8"))]);
        return clips;
    }
}
