using System.Collections.Immutable;

namespace Cim.Runtime.Data;

/// <summary>Reads the binary version of CIFAR-10: records of one label byte and 3x32x32 bytes, channel by channel.</summary>
internal static class CifarFile
{
    private const int ImageBytes = 3 * 32 * 32, RecordBytes = ImageBytes + 1, Classes = 10;

    /// <summary>True if the file is a whole number of records, the first of which has a label of CIFAR-10.</summary>
    public static bool Matches(ReadOnlySpan<byte> start, long fileLength) =>
        fileLength > 0 && fileLength % RecordBytes == 0 && start[0] < Classes;

    public static RecordFile Open(string path)
    {
        using FileStream file = File.OpenRead(path);
        int count = checked((int)(file.Length / RecordBytes));
        var labels = ImmutableArray.CreateBuilder<int>(count);
        byte[] record = new byte[RecordBytes];
        for (int i = 0; i < count; i++)
        {
            file.ReadExactly(record);
            if (record[0] >= Classes)
                throw RecordFile.Malformed(path,
                    $"Record {i} of {count} has the label {record[0]}; CIFAR-10 has 0 to 9. Is the file the binary version of CIFAR-10?");
            labels.Add(record[0]);
        }

        return new RecordFile(path, () => File.OpenRead(path), count, [3, 32, 32], RawType.UInt8, 1, labels.MoveToImmutable()).Checked();
    }
}
