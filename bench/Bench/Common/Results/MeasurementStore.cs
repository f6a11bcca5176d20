using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cim.Bench.Common.Results;

/// <summary>Measurements by the facts they depend on, so that a command that was stopped goes on where it was.</summary>
/// <param name="folder">Where they are stored.</param>
/// <param name="build">Identifies the build that is measured: another one measures again.</param>
internal sealed class MeasurementStore(string folder, string build)
{
    /// <summary>A measurement of an earlier run with the same facts, else a new one.</summary>
    /// <param name="name">For people who look into the folder.</param>
    /// <param name="facts">Everything the measurement depends on.</param>
    /// <param name="type">How it is stored.</param>
    /// <param name="measure">Makes it.</param>
    /// <param name="isFinal">False for one that another run makes again; null: all are final.</param>
    public async Task<T> GetAsync<T>(
        string name, string facts, JsonTypeInfo<T> type, Func<Task<T>> measure, Func<T, bool>? isFinal = null)
    {
        string path = PathOf(name, facts);
        if (File.Exists(path)) return JsonSerializer.Deserialize(await File.ReadAllTextAsync(path), type)!;
        T made = await measure();
        if (isFinal?.Invoke(made) ?? true) ResultFile.Write(path, JsonSerializer.Serialize(made, type));
        return made;
    }

    /// <summary>Whether an earlier run has made a measurement with these facts.</summary>
    public bool Has(string name, string facts) => File.Exists(PathOf(name, facts));

    /// <summary>Identifies the content of files.</summary>
    public static string HashOf(IEnumerable<string> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in files.Order(StringComparer.Ordinal)) hash.AppendData(File.ReadAllBytes(file));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private string PathOf(string name, string facts)
    {
        string key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{build}\n{name}\n{facts}")))[..12];
        return Path.Combine(folder, $"{name}-{key}.json");
    }
}
