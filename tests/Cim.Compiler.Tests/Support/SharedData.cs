namespace Cim.Compiler.Tests.Support;

/// <summary>The models and data beside the repository; tests that need them skip with a message where they are absent.</summary>
internal static class SharedData
{
    public const string Missing = "../shared/data was not found beside the repository";

    /// <summary>The folder, or null.</summary>
    public static string? Directory { get; } = Find();

    /// <summary>A file that tests marked <see cref="SharedDataFactAttribute"/> may rely on.</summary>
    public static string Need(string relative) =>
        File(relative) ?? throw new InvalidOperationException($"../shared/data/{relative} is missing.");

    public static string? File(string relative) =>
        Directory is null || !System.IO.File.Exists(Path.Combine(Directory, relative)) ? null : Path.Combine(Directory, relative);

    private static string? Find()
    {
        for (DirectoryInfo? d = new(AppContext.BaseDirectory); d is not null; d = d.Parent)
        {
            if (!System.IO.File.Exists(Path.Combine(d.FullName, "Cim.Sdk.sln"))) continue;
            string path = Path.GetFullPath(Path.Combine(d.FullName, "..", "shared", "data"));
            return System.IO.Directory.Exists(path) ? path : null;
        }

        return null;
    }
}
