namespace Cim.Generators.Naming;

/// <summary>Names that may not meet, because they stand in one declaration space.</summary>
internal sealed class NameScope
{
    private readonly HashSet<string> _taken;

    public NameScope(params string[] reserved) => _taken = new(reserved, StringComparer.Ordinal);

    /// <summary>The name, or the name with the first free number; taken from now on.</summary>
    public string Unique(string name)
    {
        string candidate = name;
        for (int n = 2; !_taken.Add(candidate); n++)
            candidate = name + (char.IsDigit(name[name.Length - 1]) ? "_" : "")
                + n.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return candidate;
    }
}
