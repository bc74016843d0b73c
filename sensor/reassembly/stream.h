#pragma once
struct stream {
	int unused;
};
