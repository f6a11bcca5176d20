namespace Cim.Tasks.Inputs;

/// <summary>What else is read when a data file is read.</summary>
internal static class DataFiles
{
    /// <summary>
    /// The label files an IDX image file may have beside it, by the naming of MNIST: <c>t10k-images-idx3-ubyte.gz</c> has
    /// <c>t10k-labels-idx1-ubyte</c>, with or without <c>.gz</c>. None for other names.
    /// </summary>
    public static IEnumerable<string> LabelsBeside(string path)
    {
        string name = Path.GetFileName(path);
        if (name.IndexOf("images", StringComparison.Ordinal) < 0) return [];
        string plain = name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? name.Substring(0, name.Length - 3) : name;
        string labels = plain.Replace("images", "labels");
        string folder = Path.GetDirectoryName(path)!;
        string[] names = [labels.Replace("idx3", "idx1").Replace("idx4", "idx1"), labels];
        return names.Distinct().SelectMany(label => new[] { Path.Combine(folder, label), Path.Combine(folder, label + ".gz") });
    }
}
