namespace Cim.Runtime.Crossbar.Devices;

/// <summary>A user's table of (conductance, standard deviation): linear between entries, constant beyond the ends.</summary>
internal static class ErrorTable
{
    public static double Sigma(IReadOnlyList<(double Conductance, double Sigma)> table, double siemens)
    {
        if (table.Count == 0) return 0;
        if (siemens <= table[0].Conductance) return table[0].Sigma;
        for (int i = 1; i < table.Count; i++)
        {
            (double g0, double s0) = table[i - 1];
            (double g1, double s1) = table[i];
            if (siemens <= g1) return s0 + ((s1 - s0) * (siemens - g0) / (g1 - g0));
        }
        return table[^1].Sigma;
    }
}
