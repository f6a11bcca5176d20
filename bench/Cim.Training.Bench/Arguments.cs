using System.Globalization;

namespace Cim.Training.Bench;

/// <summary>Options of a command: <c>--name value</c>.</summary>
internal sealed class Arguments(string[] arguments)
{
    public string Text(string name, string defaultValue)
    {
        int at = Array.IndexOf(arguments, name);
        return at >= 0 && at + 1 < arguments.Length ? arguments[at + 1] : defaultValue;
    }

    public int Integer(string name, int defaultValue) =>
        int.Parse(Text(name, defaultValue.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);

    public double Real(string name, double defaultValue) =>
        double.Parse(Text(name, defaultValue.ToString("R", CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);
}
