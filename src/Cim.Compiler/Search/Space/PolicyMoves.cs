using Cim.Runtime.RandomNumbers;

namespace Cim.Compiler.Search.Space;

/// <summary>Random policies and small changes that stay inside a space: layers of a group keep the same activation bits.</summary>
internal static class PolicyMoves
{
    /// <summary>Activation bits uniform for each group, then each layer's choice uniform among those with them.</summary>
    public static int[] Random(PolicySpace space, SplitMix random)
    {
        int[] policy = new int[space.Choices.Length];
        for (int g = 0; g < space.ActivationGroups.Length; g++) Redraw(space, g, policy, random);
        return policy;
    }

    /// <summary>Draws one group anew.</summary>
    public static void Redraw(PolicySpace space, int group, int[] policy, SplitMix random)
    {
        var layers = space.ActivationGroups[group];
        int[] bits = [.. space.ActivationBitsOf(layers)];
        int a = bits[random.Next(bits.Length)];
        foreach (int l in layers)
        {
            int[] choices = [.. space.Choices[l].Where(c => space.Costs.Choices[c].ActivationBits == a)];
            policy[l] = choices[random.Next(choices.Length)];
        }
    }

    /// <summary>The widest choice of every layer: nothing offered costs more or loses less.</summary>
    public static int[] Widest(PolicySpace space)
    {
        int[] policy = new int[space.Choices.Length];
        foreach (var group in space.ActivationGroups)
        {
            int a = space.ActivationBitsOf(group).Max();
            foreach (int l in group)
                policy[l] = space.Choices[l].Where(c => space.Costs.Choices[c].ActivationBits == a)
                    .OrderByDescending(c => space.Costs.Choices[c].WeightBits)
                    .ThenByDescending(c => space.Costs.Choices[c].AdcBits == 0 ? int.MaxValue : space.Costs.Choices[c].AdcBits).First();
        }

        return policy;
    }

    /// <summary>
    /// For each layer the offered choice nearest to a wanted precision from above (the widest if there is none): how a uniform
    /// policy looks in a space without free bits.
    /// </summary>
    public static int[] Nearest(PolicySpace space, LayerBits wanted)
    {
        int[] policy = new int[space.Choices.Length];
        foreach (var group in space.ActivationGroups)
        {
            int[] offered = [.. space.ActivationBitsOf(group)];
            int a = offered.Where(b => b >= wanted.ActivationBits).DefaultIfEmpty(offered.Max()).Min();
            foreach (int l in group)
            {
                LayerBits target = wanted with { ActivationBits = a };
                int[] choices = [.. space.Choices[l].Where(c => space.Costs.Choices[c].ActivationBits == a)];
                policy[l] = choices.Where(c => space.Costs.Choices[c].IsAtLeast(target))
                    .OrderBy(c => space.Costs[l, c].Of(space.Objective)).ThenBy(c => space.Costs.Choices[c].WeightBits)
                    .Append(choices.MaxBy(c => space.Costs.Choices[c].WeightBits)).First();
            }
        }

        return policy;
    }

    /// <summary>Four bits everywhere but eight in the first and last layer: the baseline anyone can set by hand.</summary>
    public static int[] FourBitInside(PolicySpace space) => WithWideEnds(space, Nearest(space, new LayerBits(4, 4, 0)));

    /// <summary>A policy with the widest choice in the first and last layer, and in those that read the same tensors.</summary>
    public static int[] WithWideEnds(PolicySpace space, int[] policy)
    {
        int[] changed = [.. policy], widest = Widest(space);
        foreach (int end in new[] { 0, space.Choices.Length - 1 })
            foreach (int l in space.ActivationGroups.First(g => g.Contains(end))) changed[l] = widest[l];
        return changed;
    }
}
