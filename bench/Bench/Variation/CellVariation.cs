namespace Cim.Bench.Variation;

/// <summary>How much cells vary: a model of the programming error.</summary>
/// <param name="Name">For the tables.</param>
/// <param name="Model">The model of <c>programmingError</c>.</param>
/// <param name="Sigma">Its deviation, or null where the model has its own.</param>
internal sealed record CellVariation(string Name, string Model, string? Sigma)
{
    /// <summary>All, in the order of the plot.</summary>
    public static CellVariation[] All { get; } =
    [
        new("wan2022", "wan2022", null),
        new("5 %", "proportional", "0.05"),
        new("10 %", "proportional", "0.1"),
        new("15 %", "proportional", "0.15"),
        new("20 %", "proportional", "0.2"),
    ];

    /// <summary>The name in files.</summary>
    public string FileName => Name.Replace(" %", "p", StringComparison.Ordinal);

    /// <summary>Options that put these cells in place of those a network was compiled for.</summary>
    public object[] Settings =>
    [
        "--set", $"programmingError.model={Model}",
        .. Sigma is null ? [] : new object[] { "--set", $"programmingError.sigma={Sigma}" },
    ];

    /// <summary>ISAAC's arrays with differential pairs, and cells from 1 to 40 uS that vary like this.</summary>
    public string WriteProfile(string folder)
    {
        string path = Path.Combine(folder, FileName + ".cimhw.json");
        string sigma = Sigma is null ? "" : $", \"sigma\": {Sigma}";
        File.WriteAllText(path, $$"""
            {
              "base": "isaac", "name": "isaac-{{Name}}", "encoding": "differential",
              "programmingError": { "model": "{{Model}}"{{sigma}} },
              "gOn": { "value": 40, "unit": "uS" }, "gOff": { "value": 1, "unit": "uS" }
            }

            """);
        return path;
    }
}
