namespace Cim.Tasks.Options;

/// <summary>What else is read when a data file is read.</summary>
internal static class DataFiles
{
    /// <summary>
    /// The label file that belongs to an IDX image file, by the naming of MNIST: <c>t10k-images-idx3-ubyte.gz</c> has
    /// <c>t10k-labels-idx1-ubyte.gz</c>. Null if the name is not of that kind.
    /// </summary>
    public static string? LabelsBeside(string path)
    {
        string name = Path.GetFileName(path);
        if (name.IndexOf("images", StringComparison.Ordinal) < 0) return null;
        string labels = name.Replace("images", "labels").Replace("idx3", "idx1").Replace("idx4", "idx1");
        return Path.Combine(Path.GetDirectoryName(path)!, labels);
    }
}
