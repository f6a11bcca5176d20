using System.Collections.Immutable;
using System.Text;
using Cim.Runtime;
using Cim.Runtime.Data;
using Cim.Runtime.Diagnostics;
using Cim.Runtime.Hardware.Profiles;

namespace Cim.Compiler.Pipeline;

/// <summary>
/// Every file a compilation reads, with the SHA-256 of its content (null where it does not exist): the model and its external
/// weights, data and the labels beside it, the hardware profile with its bases and tables, policy and lock. A build compares
/// them with what it asked for, so that a result is stored under nothing but what it was made from.
/// </summary>
internal sealed record CompileDependencies(ImmutableSortedDictionary<string, string?> Files)
{
    /// <summary>What stands for the hash of a file that had another content after the compilation than before.</summary>
    public const string Changed = "changed";

    /// <summary>The files as they are now. Files that cannot be read count as absent; the compilation says what is wrong.</summary>
    public static CompileDependencies Of(CompileOptions options)
    {
        var files = ImmutableSortedDictionary.CreateBuilder<string, string?>(StringComparer.Ordinal);
        Add(options.ModelPath);
        foreach (string external in InputHash.ExternalFiles(options.ModelPath)) Add(external);
        foreach (string data in new[] { options.Calibration, options.Evaluation, options.Training, options.Validation }.OfType<string>())
        {
            Add(data);
            foreach (string labels in IdxFile.LabelCandidates(data)) Add(labels);
        }

        foreach (string profile in ProfileFiles(options.Hardware)) Add(profile);
        if (options.PolicyPath is { } policy) Add(policy);
        if (options.Labels is { } names) Add(names);
        if (options.LockPath is { } lockPath) Add(lockPath);
        return new CompileDependencies(files.ToImmutable());

        void Add(string path)
        {
            string full = Path.GetFullPath(path);
            files[full] = HashOrNull(full);
        }
    }

    /// <summary>
    /// These hashes, and <see cref="Changed"/> for the files that have another content by now. What the compilation itself writes
    /// does not count.
    /// </summary>
    public CompileDependencies ComparedWith(CompileDependencies after, CompileOptions options)
    {
        string? written = options.LockPath is { } path ? Path.GetFullPath(path) : null;
        return new CompileDependencies(Files.Keys.Union(after.Files.Keys).ToImmutableSortedDictionary(
            file => file,
            file =>
                file == written || Files.GetValueOrDefault(file) == after.Files.GetValueOrDefault(file)
                ? Files.GetValueOrDefault(file)
                : Changed,
            StringComparer.Ordinal));
    }

    /// <summary>Writes them as <c>sha256sum</c> does: hash (or <c>absent</c>, <c>changed</c>), two spaces, full path.</summary>
    /// <exception cref="CimException">CIM0008: the file cannot be written.</exception>
    public void Write(string path) => AtomicFile.Write(path, stream =>
    {
        foreach ((string file, string? hash) in Files) stream.Write(Encoding.UTF8.GetBytes($"{hash ?? "absent"}  {file}\n"));
    });

    private static IEnumerable<string> ProfileFiles(string hardware)
    {
        try
        {
            return HardwareProfiles.FilesOf(hardware);
        }
        catch (CimException)
        {
            return [];
        }
    }

    private static string? HashOrNull(string path)
    {
        try
        {
            return File.Exists(path) || Directory.Exists(path) ? FileHash.OfSamples(path) : null;
        }
        catch (CimException)
        {
            return null;
        }
    }
}
