using System.Text;

namespace FashionMnist;

/// <summary>Images side by side in a terminal, two pixel rows a line, with what the network says about them.</summary>
internal static class Gallery
{
    private const int Width = 28, Gap = 3;
    private const string Shades = " ░▒▓█";

    private static readonly string[] Classes =
        ["T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"];

    public static string Draw(LabelledImages images, ReadOnlySpan<float> scores, int count)
    {
        var text = new StringBuilder();
        for (int y = 0; y < Width; y += 2)
        {
            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<float> image = images[i];
                for (int x = 0; x < Width; x++)
                {
                    float shade = (image[(y * Width) + x] + image[((y + 1) * Width) + x]) / 2;
                    text.Append(Shades[(int)Math.Round(shade * (Shades.Length - 1))]);
                }

                text.Append(' ', Gap);
            }

            text.AppendLine();
        }

        for (int i = 0; i < count; i++)
        {
            int best = Best(scores.Slice(i * Classes.Length, Classes.Length));
            string verdict = best == images.Labels[i] ? Classes[best] : $"{Classes[best]} (no: {Classes[images.Labels[i]]})";
            text.Append(verdict.PadRight(Width + Gap));
        }

        return text.AppendLine().ToString();
    }

    /// <summary>The class of the largest score.</summary>
    public static int Best(ReadOnlySpan<float> scores)
    {
        int best = 0;
        for (int i = 1; i < scores.Length; i++)
            if (scores[i] > scores[best]) best = i;
        return best;
    }
}
