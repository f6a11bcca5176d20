using System.Buffers.Binary;
using Cim.Runtime.Diagnostics;

namespace Cim.Training.Loop;

/// <summary>Checkpoints as files among others: what is none is neither replaced nor deleted.</summary>
public static class CheckpointFile
{
    /// <summary>True if nothing stands in the way of a checkpoint: no file, an empty one, a device, or a checkpoint, damaged or
    /// not.</summary>
    public static bool CanStandAt(string path)
    {
        if (FileFacts.KindOf(path) != FileKind.Regular) return true;
        using FileStream stream = File.OpenRead(path);
        Span<byte> start = stackalloc byte[sizeof(uint)];
        int read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        return read == 0 || (read == start.Length && BinaryPrimitives.ReadUInt32LittleEndian(start) == Checkpoint.Magic);
    }

    /// <summary>Deletes a checkpoint, and nothing else.</summary>
    public static void Delete(string path)
    {
        if (FileFacts.KindOf(path) == FileKind.Regular && CanStandAt(path)) File.Delete(path);
    }
}
