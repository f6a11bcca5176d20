using System.Globalization;
using System.Text.Json;
using Cim.Bench.Common;
using Cim.Bench.Common.Results;

namespace Cim.Bench.Zoo;

/// <summary>A file for each search that is done.</summary>
/// <param name="folder">Where they are.</param>
internal sealed class ZooStore(string folder)
{
    /// <summary>The row of a search; null if it is still to be done.</summary>
    public ZooRow? Find(string network, string profile, string searcher, ulong seed, bool isChecked)
    {
        string path = PathOf(network, profile, searcher, seed, isChecked);
        return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllText(path), ZooJson.Default.ZooRow) : null;
    }

    /// <summary>Takes the folder for measurements of one build and one set of options; others would mix with them.</summary>
    /// <param name="study">What is measured, for people.</param>
    /// <exception cref="BenchException">The folder holds another study; both are named.</exception>
    public void Take(string study)
    {
        string path = Path.Combine(folder, "zoo.txt");
        if (!File.Exists(path)) ResultFile.Write(path, study);
        if (File.ReadAllText(path) is var held && held != study)
            throw new BenchException($"{folder} holds the measurements of '{held}', and this is '{study}'. Use another --store.");
    }

    /// <summary>Adds a row.</summary>
    public void Add(ZooRow row) => ResultFile.Write(
        PathOf(row.Network, row.Profile, row.Searcher, row.Seed, row.IsChecked), JsonSerializer.Serialize(row, ZooJson.Default.ZooRow));

    private string PathOf(string network, string profile, string searcher, ulong seed, bool isChecked) => Path.Combine(
        folder, string.Create(CultureInfo.InvariantCulture, $"{network}-{profile}-{searcher}-{seed}{(isChecked ? "-checked" : "")}.json"));
}
