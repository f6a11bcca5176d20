namespace Cim.Bench.Common.Data;

/// <summary>Images of CIFAR-10 binary files: records of a label and 3 x 32 x 32 pixels.</summary>
/// <param name="files">Read one after the other.</param>
internal sealed class CifarImages(params string[] files) : ITrainingImages
{
    /// <summary>Bytes of a record.</summary>
    public const int RecordBytes = 1 + (3 * 32 * 32);

    private readonly Lazy<byte[]> _records = new(() => [.. files.SelectMany(File.ReadAllBytes)]);

    public int Count => _records.Value.Length / RecordBytes;

    /// <summary>The bytes of all records.</summary>
    public ReadOnlySpan<byte> Records => _records.Value;

    /// <summary>The 7,728 training images of the shared data.</summary>
    public static CifarImages Training(Repository repository) => new(
        repository.Shared("cifar10", "train_data_batch_1_first4000.bin"), repository.Shared("cifar10", "train_batches_2to5_first932.bin"));

    /// <summary>The 932 test images of the shared data.</summary>
    public static CifarImages Test(Repository repository) => new(repository.Shared("cifar10", "test_batch_first932.bin"));

    public string Write(IReadOnlyList<int> chosen, string folder)
    {
        Directory.CreateDirectory(folder);
        string target = Path.Combine(folder, "cifar-train.bin");
        using FileStream stream = File.Create(target);
        foreach (int image in chosen) stream.Write(Records.Slice(image * RecordBytes, RecordBytes));
        return target;
    }
}
